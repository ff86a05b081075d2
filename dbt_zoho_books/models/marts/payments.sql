with applied as (
    select organization_id, source_type, source_id, sum(amount) as amount
    from {{ ref('int_applications') }}
    group by organization_id, source_type, source_id
),

refunded as (
    select organization_id, source_type, source_id, sum(amount) as amount
    from {{ ref('int_refunds') }}
    group by organization_id, source_type, source_id
)

select
    payments.organization_id,
    payments.payment_type,
    payments.payment_id,
    payments.payment_number,
    payments.contact_id,
    payments.paid_on,
    payments.status,
    payments.is_posted,
    payments.account_id,
    payments.payment_mode,
    payments.reference_number,
    payments.currency_code,
    payments.exchange_rate,
    payments.amount,
    {{ zoho_books.to_amount('coalesce(applied.amount, 0)') }} as applied_amount,
    {{ zoho_books.to_amount('coalesce(refunded.amount, 0)') }} as refunded_amount,
    payments.unused_amount,
    payments.bank_charges,
    {{ zoho_books.to_amount(
        'coalesce(payments.bcy_amount, '
        ~ zoho_books.round_to('payments.amount * payments.exchange_rate', 'payments.currency_decimals') ~ ')'
    ) }} as base_amount
from {{ ref('int_payments') }} as payments
left join applied
    on payments.organization_id = applied.organization_id
    and payments.payment_type = applied.source_type
    and payments.payment_id = applied.source_id
left join refunded
    on payments.organization_id = refunded.organization_id
    and payments.payment_type = refunded.source_type
    and payments.payment_id = refunded.source_id
