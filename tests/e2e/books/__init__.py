"""The dbt package: a company worked by hand, both databases, data that is wrong on purpose."""
