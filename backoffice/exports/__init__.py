"""Leads taken along: as a CSV file that is made while it is sent, or as a workbook that the worker makes."""
