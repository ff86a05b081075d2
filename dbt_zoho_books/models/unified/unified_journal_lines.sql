select
    journals.organization_id,
    concat(journals.journal_id, '|', line.position) as remote_id,
    journals.journal_id as journal_entry,
    cast(line.position as integer) as line_number,
    {{ zoho_books.json_text('line.value', 'account_id') }} as account,
    {{ zoho_books.json_text('line.value', 'customer_id') }} as contact,
    {{ zoho_books.json_text('line.value', 'description') }} as description,
    case
        when {{ zoho_books.json_text('line.value', 'debit_or_credit') }} = 'credit'
            then -{{ zoho_books.json_amount('line.value', 'amount') }}
        else {{ zoho_books.json_amount('line.value', 'amount') }}
    end as net_amount,
    journals.currency_code as currency
from {{ ref('stg_zoho_books__journal_details') }} as journals
cross join {{ zoho_books.json_elements('journals.line_items', 'line') }}
