-- The tables of opensourcepos 3.4/3.5 that a till export reads, written from their names and types. Columns that nothing reads are left out.
CREATE TABLE ospos_app_config (`key` VARCHAR(50) NOT NULL PRIMARY KEY, value VARCHAR(500) NOT NULL);

CREATE TABLE ospos_people (
    person_id INT NOT NULL PRIMARY KEY, first_name VARCHAR(255) NOT NULL, last_name VARCHAR(255) NOT NULL,
    phone_number VARCHAR(255) NOT NULL, email VARCHAR(255) NOT NULL);

CREATE TABLE ospos_customers (
    person_id INT NOT NULL PRIMARY KEY, company_name VARCHAR(255), account_number VARCHAR(255) UNIQUE,
    taxable TINYINT(1) NOT NULL DEFAULT 1, tax_id VARCHAR(32) NOT NULL DEFAULT '', deleted TINYINT(1) NOT NULL DEFAULT 0);

CREATE TABLE ospos_suppliers (
    person_id INT NOT NULL PRIMARY KEY, company_name VARCHAR(255) NOT NULL, agency_name VARCHAR(255) NOT NULL DEFAULT '',
    account_number VARCHAR(255) UNIQUE, tax_id VARCHAR(32) NOT NULL DEFAULT '', deleted TINYINT(1) NOT NULL DEFAULT 0,
    category TINYINT(1) NOT NULL DEFAULT 0);

CREATE TABLE ospos_stock_locations (
    location_id INT NOT NULL PRIMARY KEY, location_name VARCHAR(255), deleted TINYINT(1) NOT NULL DEFAULT 0);

CREATE TABLE ospos_items (
    item_id INT NOT NULL PRIMARY KEY, name VARCHAR(255) NOT NULL, category VARCHAR(255) NOT NULL, supplier_id INT,
    item_number VARCHAR(255), cost_price DECIMAL(15,2) NOT NULL, unit_price DECIMAL(15,2) NOT NULL,
    receiving_quantity DECIMAL(15,3) NOT NULL DEFAULT 1, deleted TINYINT(1) NOT NULL DEFAULT 0, stock_type TINYINT(1) NOT NULL DEFAULT 0,
    item_type TINYINT(1) NOT NULL DEFAULT 0);

CREATE TABLE ospos_sales (
    sale_id INT NOT NULL PRIMARY KEY, sale_time TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, customer_id INT, employee_id INT NOT NULL DEFAULT 1,
    comment TEXT, invoice_number VARCHAR(32) UNIQUE, quote_number VARCHAR(32), work_order_number VARCHAR(32),
    sale_status TINYINT(1) NOT NULL DEFAULT 0, sale_type TINYINT(1) NOT NULL DEFAULT 0, KEY sale_time (sale_time));

CREATE TABLE ospos_sales_items (
    sale_id INT NOT NULL, item_id INT NOT NULL, description VARCHAR(255), serialnumber VARCHAR(30), line INT(3) NOT NULL,
    quantity_purchased DECIMAL(15,3) NOT NULL DEFAULT 0, item_cost_price DECIMAL(15,2) NOT NULL, item_unit_price DECIMAL(15,2) NOT NULL,
    discount DECIMAL(15,2) NOT NULL DEFAULT 0, discount_type TINYINT(1) NOT NULL DEFAULT 0, item_location INT NOT NULL,
    print_option TINYINT(1) NOT NULL DEFAULT 0, PRIMARY KEY (sale_id, item_id, line));

CREATE TABLE ospos_sales_items_taxes (
    sale_id INT NOT NULL, item_id INT NOT NULL, line INT(3) NOT NULL DEFAULT 0, name VARCHAR(255) NOT NULL, percent DECIMAL(15,4) NOT NULL,
    tax_type TINYINT(1) NOT NULL DEFAULT 0, rounding_code TINYINT(1) NOT NULL DEFAULT 0, cascade_sequence TINYINT(1) NOT NULL DEFAULT 0,
    item_tax_amount DECIMAL(15,4) NOT NULL DEFAULT 0, PRIMARY KEY (sale_id, item_id, line, name, percent));

CREATE TABLE ospos_sales_taxes (
    sales_taxes_id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, sale_id INT NOT NULL, tax_type SMALLINT(2) NOT NULL, tax_group VARCHAR(32) NOT NULL,
    sale_tax_basis DECIMAL(15,4) NOT NULL, sale_tax_amount DECIMAL(15,4) NOT NULL, print_sequence TINYINT(1) NOT NULL DEFAULT 0,
    name VARCHAR(255) NOT NULL, tax_rate DECIMAL(15,4) NOT NULL, rounding_code TINYINT(1) NOT NULL DEFAULT 0, KEY sale_id (sale_id));

CREATE TABLE ospos_sales_payments (
    payment_id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, sale_id INT NOT NULL, payment_type VARCHAR(40) NOT NULL,
    payment_amount DECIMAL(15,2) NOT NULL, cash_refund DECIMAL(15,2) NOT NULL DEFAULT 0, cash_adjustment TINYINT NOT NULL DEFAULT 0,
    employee_id INT, payment_time TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, reference_code VARCHAR(40) NOT NULL DEFAULT '',
    KEY sale_id (sale_id), KEY payment_time (payment_time));

CREATE TABLE ospos_giftcards (
    giftcard_id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, record_time TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    giftcard_number VARCHAR(255) UNIQUE, value DECIMAL(15,2) NOT NULL, deleted TINYINT(1) NOT NULL DEFAULT 0, person_id INT);

CREATE TABLE ospos_receivings (
    receiving_id INT NOT NULL PRIMARY KEY, receiving_time TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, supplier_id INT,
    employee_id INT NOT NULL DEFAULT 1, comment TEXT, payment_type VARCHAR(20), reference VARCHAR(32),
    KEY receiving_time (receiving_time));

CREATE TABLE ospos_receivings_items (
    receiving_id INT NOT NULL DEFAULT 0, item_id INT NOT NULL DEFAULT 0, description VARCHAR(30), line INT(3) NOT NULL,
    quantity_purchased DECIMAL(15,3) NOT NULL DEFAULT 0, item_cost_price DECIMAL(15,2) NOT NULL, item_unit_price DECIMAL(15,2) NOT NULL,
    discount DECIMAL(15,2) NOT NULL DEFAULT 0, discount_type TINYINT(1) NOT NULL DEFAULT 0, item_location INT NOT NULL,
    receiving_quantity DECIMAL(15,3) NOT NULL DEFAULT 1, PRIMARY KEY (receiving_id, item_id, line));

CREATE TABLE ospos_expense_categories (
    expense_category_id INT NOT NULL PRIMARY KEY, category_name VARCHAR(255) UNIQUE, deleted TINYINT(1) NOT NULL DEFAULT 0);

CREATE TABLE ospos_expenses (
    expense_id INT NOT NULL PRIMARY KEY, `date` TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP, amount DECIMAL(15,2) NOT NULL,
    payment_type VARCHAR(40) NOT NULL, expense_category_id INT NOT NULL, description VARCHAR(255) NOT NULL, employee_id INT NOT NULL DEFAULT 1,
    deleted TINYINT(1) NOT NULL DEFAULT 0, supplier_tax_code VARCHAR(255), tax_amount DECIMAL(15,2), supplier_id INT,
    KEY `date` (`date`));

CREATE TABLE ospos_cash_up (
    cashup_id INT NOT NULL PRIMARY KEY, open_date TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP, close_date TIMESTAMP NULL,
    open_amount_cash DECIMAL(15,2) NOT NULL, transfer_amount_cash DECIMAL(15,2) NOT NULL, note TINYINT(1) NOT NULL DEFAULT 0,
    closed_amount_cash DECIMAL(15,2) NOT NULL, closed_amount_card DECIMAL(15,2) NOT NULL, closed_amount_check DECIMAL(15,2) NOT NULL,
    closed_amount_total DECIMAL(15,2) NOT NULL, closed_amount_due DECIMAL(15,2) NOT NULL, description VARCHAR(255) NOT NULL DEFAULT '',
    open_employee_id INT NOT NULL DEFAULT 1, close_employee_id INT NOT NULL DEFAULT 1, deleted TINYINT(1) NOT NULL DEFAULT 0);
