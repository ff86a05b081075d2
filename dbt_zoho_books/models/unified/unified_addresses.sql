with every as (
    {%- for kind, column in [('BILLING', 'billing_address'), ('SHIPPING', 'shipping_address')] %}
    select
        organization_id,
        contact_id as contact,
        '{{ kind }}' as type,
        concat(contact_id, '|{{ kind }}') as remote_id,
        {{ zoho_books.json_text(column, 'address') }} as street_1,
        {{ zoho_books.json_text(column, 'street2') }} as street_2,
        {{ zoho_books.json_text(column, 'city') }} as city,
        {{ zoho_books.json_text(column, 'state') }} as state,
        {{ zoho_books.json_text(column, 'zip') }} as zip_code,
        {{ zoho_books.json_text(column, 'country') }} as country
    from {{ ref('int_contacts') }}
    union all
    {%- endfor %}
    select
        organization_id, contact_id, 'OTHER', address_id, address, street2, city, state, zip, country
    from {{ ref('stg_zoho_books__contact_addresses') }}
)

select organization_id, remote_id, contact, type, street_1, street_2, city, state, zip_code, country
from every
where coalesce(street_1, street_2, city, state, zip_code, country) is not null
