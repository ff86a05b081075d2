{#- What payments and credits settle: the rows in the documents first, then those of child streams.
    An application is known by its id; rows without one by their place. -#}
with payment_invoices as (
    select
        payments.organization_id,
        'customer_payment' as source_type,
        payments.payment_id as source_id,
        'invoice' as target_type,
        {{ zoho_books.json_text('line.value', 'invoice_id') }} as target_id,
        coalesce(
            {{ zoho_books.json_text('line.value', 'invoice_payment_id') }},
            concat(payments.payment_id, '#', line.position)
        ) as application_id,
        coalesce(
            {{ zoho_books.json_date('line.value', 'apply_date') }}, payments.date
        ) as applied_on,
        {{ zoho_books.json_amount('line.value', 'amount_applied') }} as amount,
        1 as preference
    from {{ ref('stg_zoho_books__customer_payment_details') }} as payments
    cross join {{ zoho_books.json_elements('payments.invoices', 'line') }}
),

payment_bills as (
    select
        payments.organization_id,
        'vendor_payment' as source_type,
        payments.payment_id as source_id,
        'bill' as target_type,
        {{ zoho_books.json_text('line.value', 'bill_id') }} as target_id,
        coalesce(
            {{ zoho_books.json_text('line.value', 'bill_payment_id') }},
            concat(payments.payment_id, '#', line.position)
        ) as application_id,
        coalesce(
            {{ zoho_books.json_date('line.value', 'apply_date') }}, payments.date
        ) as applied_on,
        {{ zoho_books.json_amount('line.value', 'amount_applied') }} as amount,
        1 as preference
    from {{ ref('stg_zoho_books__vendor_payment_details') }} as payments
    cross join {{ zoho_books.json_elements('payments.bills', 'line') }}
),

credit_invoices as (
    select
        credits.organization_id,
        'credit_note' as source_type,
        credits.creditnote_id as source_id,
        'invoice' as target_type,
        {{ zoho_books.json_text('line.value', 'invoice_id') }} as target_id,
        coalesce(
            {{ zoho_books.json_text('line.value', 'creditnote_invoice_id') }},
            {{ zoho_books.json_text('line.value', 'creditnotes_invoice_id') }},
            concat(credits.creditnote_id, '#', line.position)
        ) as application_id,
        coalesce({{ zoho_books.json_date('line.value', 'date') }}, credits.date) as applied_on,
        coalesce(
            {{ zoho_books.json_amount('line.value', 'amount_applied') }},
            {{ zoho_books.json_amount('line.value', 'credited_amount') }}
        ) as amount,
        1 as preference
    from {{ ref('stg_zoho_books__credit_note_details') }} as credits
    cross join {{ zoho_books.json_elements('credits.invoices_credited', 'line') }}
),

credit_bills as (
    select
        credits.organization_id,
        'vendor_credit' as source_type,
        credits.vendor_credit_id as source_id,
        'bill' as target_type,
        {{ zoho_books.json_text('line.value', 'bill_id') }} as target_id,
        coalesce(
            {{ zoho_books.json_text('line.value', 'vendor_credit_bill_id') }},
            concat(credits.vendor_credit_id, '#', line.position)
        ) as application_id,
        coalesce({{ zoho_books.json_date('line.value', 'date') }}, credits.date) as applied_on,
        coalesce(
            {{ zoho_books.json_amount('line.value', 'amount') }},
            {{ zoho_books.json_amount('line.value', 'amount_applied') }}
        ) as amount,
        1 as preference
    from {{ ref('stg_zoho_books__vendor_credit_details') }} as credits
    cross join {{ zoho_books.json_elements('credits.bills_credited', 'line') }}
),

children as (
    select
        organization_id, 'customer_payment' as source_type, payment_id as source_id,
        'invoice' as target_type, invoice_id as target_id, invoice_payment_id as application_id,
        date as applied_on, amount, 2 as preference
    from {{ ref('stg_zoho_books__invoice_payments') }}
    where payment_id is not null
    union all
    select
        organization_id, 'vendor_payment', payment_id, 'bill', bill_id, bill_payment_id, date,
        amount, 2
    from {{ ref('stg_zoho_books__bill_payments') }}
    where payment_id is not null
    union all
    select
        organization_id, 'credit_note', creditnote_id, 'invoice', invoice_id, creditnote_invoice_id,
        date, credited_amount, 2
    from {{ ref('stg_zoho_books__credit_note_invoices') }}
    union all
    select
        organization_id, 'credit_note', creditnote_id, 'invoice', invoice_id,
        creditnotes_invoice_id, credited_date, amount_applied, 3
    from {{ ref('stg_zoho_books__invoice_credits_applied') }}
    where creditnote_id is not null
    union all
    select
        organization_id, 'vendor_credit', vendor_credit_id, 'bill', bill_id, vendor_credit_bill_id,
        date, amount, 2
    from {{ ref('stg_zoho_books__vendor_credit_bills') }}
),

every as (
    select * from payment_invoices
    union all
    select * from payment_bills
    union all
    select * from credit_invoices
    union all
    select * from credit_bills
    union all
    select * from children
),

-- The rows of the most preferred source of a payment or credit; its others repeat them.
preferred as (
    select
        every.*,
        min(preference) over (
            partition by organization_id, source_type, source_id
        ) as source_preference,
        row_number() over (
            partition by organization_id, source_type, source_id, target_id, application_id, preference
            order by applied_on
        ) as place
    from every
)

select
    organization_id, source_type, source_id, target_type, target_id, application_id, applied_on, amount
from preferred
where preference = source_preference
    and place = 1
