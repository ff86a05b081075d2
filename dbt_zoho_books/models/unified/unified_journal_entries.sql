with every as (
    select
        organization_id, journal_id, entry_number, journal_date, status, notes, currency_code,
        exchange_rate, total, last_modified_time, 1 as preference
    from {{ ref('stg_zoho_books__journal_details') }}
    union all
    select
        organization_id, journal_id, entry_number, journal_date, status, notes, null, null, total,
        last_modified_time, 2
    from {{ ref('stg_zoho_books__journals') }}
),

ranked as (
    select
        every.*,
        row_number() over (partition by organization_id, journal_id order by preference) as place
    from every
)

select
    organization_id,
    journal_id as remote_id,
    entry_number as number,
    journal_date as transaction_date,
    case status when 'draft' then 'DRAFT' else 'POSTED' end as status,
    currency_code as currency,
    exchange_rate,
    total as total_amount,
    notes as memo,
    last_modified_time as remote_updated_at,
    false as remote_was_deleted
from ranked
where place = 1
