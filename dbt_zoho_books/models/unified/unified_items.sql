select
    organization_id,
    item_id as remote_id,
    item_name as name,
    sku,
    case status when 'active' then 'ACTIVE' else 'ARCHIVED' end as status,
    item_type as type,
    sales_rate as unit_price,
    purchase_rate as purchase_price,
    sales_account_id as sales_account,
    purchase_account_id as purchase_account,
    tax_id as sales_tax_rate,
    updated_at as remote_updated_at,
    false as remote_was_deleted
from {{ ref('dim_items') }}
