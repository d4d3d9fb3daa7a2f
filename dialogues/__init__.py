"""Flows, questions and wordings, and the manager that decides what is said next."""
