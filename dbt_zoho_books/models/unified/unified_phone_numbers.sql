{%- for kind in ['phone', 'mobile'] %}
select
    organization_id,
    concat(contact_id, '|{{ kind }}') as remote_id,
    contact_id as contact,
    '{{ kind | upper }}' as type,
    {{ kind }} as number
from {{ ref('dim_contacts') }}
where {{ kind }} is not null
{{ 'union all' if not loop.last }}
{%- endfor %}
