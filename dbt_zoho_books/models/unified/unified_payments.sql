select
    organization_id,
    concat(payment_type, '|', payment_id) as remote_id,
    case payment_type when 'customer_payment' then 'ACCOUNTS_RECEIVABLE' else 'ACCOUNTS_PAYABLE' end as type,
    payment_number as number,
    contact_id as contact,
    account_id as account,
    paid_on as transaction_date,
    case when is_posted then 'PAID' else upper(status) end as status,
    currency_code as currency,
    exchange_rate,
    amount as total_amount,
    unused_amount as unapplied_amount,
    case payment_type when 'customer_payment' then amount else -amount end as net_amount
from {{ ref('payments') }}
