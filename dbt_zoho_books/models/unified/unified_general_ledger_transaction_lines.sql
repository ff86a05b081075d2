select
    organization_id,
    leg_id as remote_id,
    concat(transaction_type, '|', transaction_id) as general_ledger_transaction,
    line_number,
    account_id as account,
    contact_id as contact,
    posted_on as transaction_date,
    debit,
    credit,
    amount as net_amount,
    fcy_amount as foreign_amount,
    currency_code as currency,
    exchange_rate
from {{ ref('general_ledger') }}
where basis = 'accrual'
