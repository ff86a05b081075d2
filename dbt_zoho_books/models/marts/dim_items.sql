select
    organization_id,
    item_id,
    name as item_name,
    sku,
    status,
    item_type,
    product_type,
    unit,
    rate as sales_rate,
    purchase_rate,
    account_id as sales_account_id,
    purchase_account_id,
    inventory_account_id,
    tax_id,
    created_time as created_at,
    last_modified_time as updated_at
from {{ ref('stg_zoho_books__items') }}
