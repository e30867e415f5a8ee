"""Faults: real processes under load, one of them or what they depend on broken, and every sign-up counted."""
