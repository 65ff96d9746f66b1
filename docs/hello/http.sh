api() { curl -sS --fail-with-body -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' "$@"; echo; }
then="Occurred-At: $(date -u -d '-75 days' +%FT%TZ)"  # so that a contract month has passed
last_month=$(date -u -d "$(date -u +%Y-%m-01) -1 day" +%Y-%m)

api -X PUT "$API/catalog/CHAIR" -H 'Idempotency-Key: chair' -H "$then" -d '
  {"product_name": "Chair", "variant_name": "Red", "prices": [{"months": 12, "currency": "EUR", "amount": 900}]}'
api "$API/orders" -H "$then" -d @docs/hello/order-http.json
api "$API/orders?text=muller%20engi"  # the customer is found by the beginning of words, however they are written
api "$API/orders/HTTP-1/scans" -H 'Idempotency-Key: box-1' -H "$then" -d '{"sku": "CHAIR", "serials": ["SN-1", "SN-2"]}'
api "$API/subscriptions?order=HTTP-1"
sleep 1  # billing has heard of it
api "$API/billing-runs" -H 'Idempotency-Key: run' -H 'Prefer: wait=30' -d "{\"period\": \"$last_month\", \"as_of\": \"$(date -u +%F)\"}"
api "$API/invoices?period=$last_month"
