with every as (
    {%- for kind, stream, contact, is_whole in [
        ('customer_payment', 'customer_payment_details', 'customer_id', true),
        ('customer_payment', 'customer_payments', 'customer_id', false),
        ('vendor_payment', 'vendor_payment_details', 'vendor_id', true),
        ('vendor_payment', 'vendor_payments', 'vendor_id', false),
    ] %}
    select
        organization_id,
        '{{ kind }}' as payment_type,
        payment_id,
        payment_number,
        {{ contact }} as contact_id,
        date as paid_on,
        amount,
        bcy_amount,
        unused_amount,
        {{ 'bank_charges' if is_whole else zoho_books.zero() }} as bank_charges,
        account_id,
        payment_mode,
        reference_number,
        status,
        currency_code,
        exchange_rate,
        created_time as created_at,
        last_modified_time as updated_at,
        {{ 1 if is_whole else 2 }} as preference
    from {{ ref('stg_zoho_books__' ~ stream) }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

ranked as (
    select
        every.*,
        row_number() over (
            partition by organization_id, payment_type, payment_id order by preference
        ) as place,
        max(currency_code) over (partition by organization_id, payment_type, payment_id) as any_currency,
        max(exchange_rate) over (partition by organization_id, payment_type, payment_id) as any_rate
    from every
)

select
    ranked.organization_id,
    ranked.payment_type,
    ranked.payment_id,
    ranked.payment_number,
    ranked.contact_id,
    ranked.paid_on,
    ranked.amount,
    ranked.bcy_amount,
    coalesce(ranked.unused_amount, {{ zoho_books.zero() }}) as unused_amount,
    coalesce(ranked.bank_charges, {{ zoho_books.zero() }}) as bank_charges,
    ranked.account_id,
    ranked.payment_mode,
    ranked.reference_number,
    coalesce(ranked.status, 'paid') as status,
    coalesce(ranked.status, 'paid') not in ('draft', 'void') as is_posted,
    coalesce(
        ranked.currency_code, ranked.any_currency, contacts.currency_code
    ) as currency_code,
    coalesce(
        ranked.exchange_rate,
        ranked.any_rate,
        case
            when coalesce(ranked.currency_code, ranked.any_currency, contacts.currency_code)
                = organizations.currency_code
                then {{ zoho_books.to_amount(1) }}
        end
    ) as exchange_rate,
    organizations.currency_code as base_currency_code,
    organizations.currency_decimals,
    ranked.created_at,
    ranked.updated_at
from ranked
left join {{ ref('int_organizations') }} as organizations
    on ranked.organization_id = organizations.organization_id
left join {{ ref('int_contacts') }} as contacts
    on ranked.organization_id = contacts.organization_id
    and ranked.contact_id = contacts.contact_id
where ranked.place = 1
