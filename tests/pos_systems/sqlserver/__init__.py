"""The T-SQL templates of Idealpos and Point of Rental: they parse, they name what the reference schema has, they deliver what the demo delivers."""
