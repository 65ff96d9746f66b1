"""From a request over HTTP to its answer: taken in, stored, sent, waited for."""
