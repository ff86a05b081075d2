"""The facts of each record: the values of its fields, before they are put into a shape."""
