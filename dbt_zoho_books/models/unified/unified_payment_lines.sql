select
    organization_id,
    concat(source_id, '|', target_id, '|', application_id) as remote_id,
    concat(source_type, '|', source_id) as payment,
    target_id as invoice,
    applied_on as applied_date,
    amount as applied_amount,
    currency_code as currency
from {{ ref('payment_applications') }}
where source_type in ('customer_payment', 'vendor_payment')
