"""What a task does, step by step, in plain functions that a DAG task, the command line and a test all call."""
