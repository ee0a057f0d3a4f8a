-- Lines of the baskets. Prices are without tax; a line's tax is computed from its tax, for only the receipt's tax is stored. A tax with
-- children is the sum of those that stand beside each other, and those that cascade on top of them.
-- Gross is rounded, not net: it is what stood on the shelf. An article that was deleted keeps its line and has no category.
-- A site changes: nothing, unless gift vouchers are sold as an article (README.md).
SELECT l.ticket AS sale_id,
       CAST(l.line AS CHAR(12)) AS line_no,
       'item' AS line_kind,
       p.reference AS item_code,
       p.name AS description,
       UPPER(c.name) AS category,
       l.units AS quantity,
       l.price AS unit_price,
       ROUND(CAST(l.units * l.price * e.rate AS DECIMAL(20, 6)), 2) AS tax,
       ROUND(CAST(l.units * l.price * (1 + e.rate) AS DECIMAL(20, 6)), 2) AS gross,
       e.code AS tax_code,
       ROUND(CAST(l.units * p.pricebuy AS DECIMAL(20, 6)), 2) AS cost
FROM ticketlines AS l
JOIN tickets AS t ON t.id = l.ticket
JOIN receipts AS r ON r.id = t.id
JOIN (SELECT c.money, c.host, CAST(MIN(f.datenew) AS DATE) AS business_date
      FROM closedcash AS c
      JOIN receipts AS f ON f.money = c.money
      WHERE c.datestart < :to_date AND (c.dateend IS NULL OR c.dateend >= :from_date)
      GROUP BY c.money, c.host) AS cc ON cc.money = r.money
JOIN (SELECT a.id,
             MAX(UPPER(a.name)) AS code,
             CASE WHEN COUNT(k.id) = 0 THEN MAX(a.rate)
                  ELSE (1 + SUM(CASE WHEN k.ratecascade THEN 0 ELSE k.rate END))
                       * EXP(SUM(CASE WHEN k.ratecascade THEN LN(1 + k.rate) ELSE 0 END)) - 1
             END AS rate
      FROM taxes AS a
      LEFT JOIN taxes AS k ON k.parentid = a.id
      GROUP BY a.id) AS e ON e.id = l.taxid
LEFT JOIN products AS p ON p.id = l.product
LEFT JOIN categories AS c ON c.id = p.category
WHERE t.tickettype IN (0, 1) AND cc.business_date >= :from_date AND cc.business_date < :to_date
ORDER BY l.ticket, l.line
