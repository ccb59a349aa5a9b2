"""Compares Nullor with ngspice deck by deck; see benchmarks/accuracy.py for the rules."""
