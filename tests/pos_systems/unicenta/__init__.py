"""uniCenta oPOS and KriolOS: the same SQL files on PostgreSQL and on MariaDB."""
