with taxes as (
    select
        organization_id, tax_id, tax_name, tax_percentage, tax_type, tax_authority_name, status,
        tax_account_id, purchase_tax_account_id, 1 as preference
    from {{ ref('stg_zoho_books__taxes') }}
    union all
    select
        organization_id, tax_group_id, tax_group_name, tax_group_percentage, 'tax_group', null, null,
        null, null, 2
    from {{ ref('stg_zoho_books__tax_groups') }}
    union all
    -- Parts of a group that the list does not show.
    select
        tax_groups.organization_id,
        {{ zoho_books.json_text('part.value', 'tax_id') }},
        {{ zoho_books.json_text('part.value', 'tax_name') }},
        {{ zoho_books.json_amount('part.value', 'tax_percentage') }},
        {{ zoho_books.json_text('part.value', 'tax_type') }},
        null, null, null, null, 3
    from {{ ref('stg_zoho_books__tax_groups') }} as tax_groups
    cross join {{ zoho_books.json_elements('tax_groups.taxes', 'part') }}
),

ranked as (
    select
        taxes.*,
        row_number() over (
            partition by organization_id, tax_id order by preference, tax_name
        ) as place
    from taxes
    where tax_id is not null
)

select
    organization_id,
    tax_id,
    tax_name,
    tax_percentage,
    tax_type,
    tax_authority_name,
    status,
    tax_account_id,
    purchase_tax_account_id
from ranked
where place = 1
