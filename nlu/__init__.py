"""Understanding: the Rasa project, its client, and the analysis of what was said."""
