"""What is made from the models and checked against them: schemas, AsyncAPI, compatibility."""
