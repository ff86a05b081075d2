select
    organization_id,
    document_id as remote_id,
    paid_through_account_id as account,
    contact_id as contact,
    issued_on as transaction_date,
    currency_code as currency,
    exchange_rate,
    sub_total,
    tax_total as total_tax_amount,
    total as total_amount,
    description as memo,
    updated_at as remote_updated_at,
    false as remote_was_deleted
from {{ ref('int_documents') }}
where document_type = 'expense'
