with every as (
    select
        organization_id, contact_id, contact_name, company_name, contact_type, customer_sub_type,
        status, currency_code, email, phone, mobile, website, payment_terms, created_time,
        last_modified_time, billing_address, shipping_address, contact_persons, tax_id, 1 as preference
    from {{ ref('stg_zoho_books__contact_details') }}
    union all
    select
        organization_id, contact_id, contact_name, company_name, contact_type, customer_sub_type,
        status, currency_code, email, phone, mobile, website, payment_terms, created_time,
        last_modified_time,
        cast(null as {{ zoho_books.type_of('json') }}) as billing_address,
        cast(null as {{ zoho_books.type_of('json') }}) as shipping_address,
        cast(null as {{ zoho_books.type_of('json') }}) as contact_persons,
        cast(null as {{ zoho_books.type_of('text') }}) as tax_id,
        2 as preference
    from {{ ref('stg_zoho_books__contacts') }}
),

ranked as (
    select
        every.*,
        row_number() over (partition by organization_id, contact_id order by preference) as place
    from every
)

select
    organization_id, contact_id, contact_name, company_name, contact_type, customer_sub_type, status,
    currency_code, email, phone, mobile, website, payment_terms, created_time, last_modified_time,
    billing_address, shipping_address, contact_persons, tax_id
from ranked
where place = 1
