"""opensourcepos on a real MariaDB: its tables by name and type, trade in its own arithmetic, and its books."""
