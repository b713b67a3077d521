"""Model criticism: checks of one fit, each with its number, its threshold, a sentence, a table and a figure."""
