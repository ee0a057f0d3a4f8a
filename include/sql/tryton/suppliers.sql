-- The suppliers that the supplier invoices of the period name, by the party's code, which Tryton shows.
SELECT p.code AS id,
       COALESCE(NULLIF(p.name, ''), p.code) AS name,
       p.code AS account_number,
       (SELECT c.value FROM party_contact_mechanism AS c
        WHERE c.party = p.id AND c.type = 'email' AND c.active ORDER BY c.sequence NULLS FIRST, c.id LIMIT 1) AS email,
       (SELECT c.value FROM party_contact_mechanism AS c
        WHERE c.party = p.id AND c.type IN ('phone', 'mobile') AND c.active ORDER BY c.sequence NULLS FIRST, c.id LIMIT 1) AS phone,
       (SELECT n.code FROM party_identifier AS n
        WHERE n.party = p.id AND n.active ORDER BY n.sequence NULLS FIRST, n.id LIMIT 1) AS tax_number
FROM party_party AS p
WHERE p.id IN (
    SELECT i.party
    FROM account_invoice AS i
    JOIN account_move AS m ON m.id = i.move
    WHERE i.type = 'in' AND i.state IN ('posted', 'paid')
      AND i.company IN (SELECT company FROM sale_point WHERE id = ANY (STRING_TO_ARRAY(CAST(:store AS text), ',')::integer[]))
      AND m.post_date >= CAST(:from_date AS date) AND m.post_date < CAST(:to_date AS date)
)
ORDER BY p.code
