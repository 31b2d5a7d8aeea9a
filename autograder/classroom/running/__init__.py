"""A class graded: workers here or on other machines, one journal, and nothing done twice."""
