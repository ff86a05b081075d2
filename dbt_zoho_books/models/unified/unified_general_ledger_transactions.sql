select
    organization_id,
    concat(transaction_type, '|', transaction_id) as remote_id,
    transaction_type as type,
    transaction_id as underlying_transaction,
    min(posted_on) as transaction_date,
    min(transaction_number) as number,
    count(*) as line_count,
    sum(debit) as total_debit,
    sum(credit) as total_credit
from {{ ref('general_ledger') }}
where basis = 'accrual'
group by organization_id, transaction_type, transaction_id
