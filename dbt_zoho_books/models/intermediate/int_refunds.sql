{%- for source_type, stream, source_id, refund_id in [
    ('credit_note', 'credit_note_refunds', 'creditnote_id', 'creditnote_refund_id'),
    ('vendor_credit', 'vendor_credit_refunds', 'vendor_credit_id', 'vendor_credit_refund_id'),
    ('customer_payment', 'customer_payment_refunds', 'payment_id', 'payment_refund_id'),
    ('vendor_payment', 'vendor_payment_refunds', 'payment_id', 'vendorpayment_refund_id'),
] %}
select
    organization_id,
    '{{ source_type }}' as source_type,
    {{ source_id }} as source_id,
    {{ refund_id }} as refund_id,
    date as refunded_on,
    amount_fcy as amount,
    amount_bcy as base_amount,
    refund_mode,
    reference_number
from {{ ref('stg_zoho_books__' ~ stream) }}
{{ 'union all' if not loop.last }}
{%- endfor %}
