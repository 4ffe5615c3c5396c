"""What the scripts share: names, costs, problems, tables, and the terminal."""
