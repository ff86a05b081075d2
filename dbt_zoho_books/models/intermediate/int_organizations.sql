{%- set months = [
    'january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october',
    'november', 'december',
] -%}
with listed as (
    select
        organization_id, name, currency_code, price_precision, fiscal_year_start_month, time_zone,
        country_code, loaded_at
    from {{ ref('stg_zoho_books__organizations') }}
),

detailed as (
    select
        organization_id, name, currency_code, price_precision, fiscal_year_start_month, time_zone,
        country_code, loaded_at
    from {{ ref('stg_zoho_books__organization_details') }}
),

posted as (
    select
        organization_id,
        max(read_at) as read_at
    from {{ ref('int_postings') }}
    group by organization_id
),

known as (
    select organization_id from listed
    union
    select organization_id from detailed
    union
    select organization_id from posted
),

merged as (
    select
        known.organization_id,
        coalesce(listed.name, detailed.name) as name,
        coalesce(listed.currency_code, detailed.currency_code) as currency_code,
        coalesce(listed.price_precision, detailed.price_precision, 2) as currency_decimals,
        lower(
            coalesce(detailed.fiscal_year_start_month, listed.fiscal_year_start_month)
        ) as fiscal_start,
        coalesce(listed.time_zone, detailed.time_zone) as time_zone,
        coalesce(listed.country_code, detailed.country_code) as country_code,
        cast(coalesce(posted.read_at, listed.loaded_at, detailed.loaded_at) as date) as loaded_on
    from known
    left join listed on known.organization_id = listed.organization_id
    left join detailed on known.organization_id = detailed.organization_id
    left join posted on known.organization_id = posted.organization_id
)

select
    organization_id,
    name,
    currency_code,
    currency_decimals,
    -- The detail names the month, the list counts months from 0.
    cast(
        case
            {%- for month in months %}
            when fiscal_start in ('{{ loop.index0 }}', '{{ month }}', '{{ month[:3] }}') then {{ loop.index }}
            {%- endfor %}
            else 1
        end as integer
    ) as fiscal_start_month,
    fiscal_start is not null as is_fiscal_year_known,
    time_zone,
    country_code,
    loaded_on,
    {%- if var('as_of', none) %}
    cast('{{ var("as_of") }}' as date) as as_of
    {%- else %}
    loaded_on as as_of
    {%- endif %}
from merged
