"""What people run beside the services: the command line, verify, jobs, documents."""
