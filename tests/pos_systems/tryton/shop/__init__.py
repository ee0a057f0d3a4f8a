"""A general store in Tryton, made through Tryton's own objects. Runs in Tryton's environment, never in ours: see ``__main__``."""
