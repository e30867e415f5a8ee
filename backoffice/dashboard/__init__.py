"""The admin's first page: how a list does, in figures.

``period`` says from when to when, ``numbers`` counts, ``view`` shows. Whatever else tells figures, such as the
founder's daily digest, takes them from ``numbers``.
"""
