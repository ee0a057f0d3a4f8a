-- All baskets of the shifts in the period, by the site's own procedure (procedure_sales.sql).
-- A site changes: the procedure's name and owner; the order of the values, if its parameters stand in another.
EXEC dbo.Tillpost_sales :store, :from_date, :to_date
