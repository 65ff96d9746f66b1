"""What watches an installation: alert rules of Prometheus with their tests, and a dashboard of Grafana.

``python -m deploy.monitoring`` writes the files beside this one anew; ``--check`` says whether they are as written.
"""
