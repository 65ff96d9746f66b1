// The hello story by a client that openapi-generator made of the API's document; it knows nothing of Leaseline but
// that. `node hello.ts ADDRESS KEY NAME`, the client beside it; what it saw comes as JSON.
import {
  Configuration, FulfillmentApi, OrdersApi, ResponseError,
  type OrderSubmittedBody, type ProblemDocument,
} from './client/index.ts';

const [address, key, name] = process.argv.slice(2);
const configuration = new Configuration({ basePath: address, accessToken: key });
const orders = new OrdersApi(configuration);
const fulfillment = new FulfillmentApi(configuration);
const sku = `${name}-SKU`, orderId = `${name}-1`, prefer = 'wait=30';

function order(country: string): OrderSubmittedBody {
  return {
    orderId, currency: 'EUR', confirmed: true,
    customer: { email: 'ada@example.example', firstName: 'Ada', lastName: 'Byron', type: 'individual' },
    billingAddress: { street: '1 Main St', city: 'Berlin', postalCode: '10115', country },
    items: [{ sku, months: 12, quantity: 2 }],
  };
}

async function refused(asked: Promise<unknown>): Promise<ProblemDocument> {
  try {
    await asked;
  } catch (error) {
    if (error instanceof ResponseError) return await error.response.json();
    throw error;
  }
  throw new Error('this should have been refused');
}

await orders.variantSubmitted({
  sku, idempotencyKey: `${name}-variant`, prefer,
  variantSubmittedBody: {
    productName: 'Clock', variantName: 'Brass', prices: [{ months: 12, currency: 'EUR', amount: 900 }],
  },
});
const wrong = await refused(orders.orderSubmitted({ orderSubmittedBody: order('XX'), prefer }));
const placed = await orders.orderSubmittedRaw({ orderSubmittedBody: order('DE'), prefer });
const placedOrder = (await placed.value()).order;
const again = await orders.orderSubmittedRaw({ orderSubmittedBody: order('DE'), prefer });
const read = await orders.readOrder({ orderId });
const confirmed = await orders.orderConfirmationRequestedRaw({
  orderId, idempotencyKey: `${name}-confirm`, prefer, orderConfirmationRequestedBody: {},
});
await fulfillment.itemFulfillmentRequested({
  orderId, idempotencyKey: `${name}-scan`, prefer, itemFulfillmentRequestedBody: { sku, serials: [`${name}-SN`] },
});
const life = await fulfillment.readSubscription({ orderId, number: '1' });
console.log(JSON.stringify({
  placed: [placed.raw.status, placed.raw.headers.get('etag'), placedOrder?.orderId],
  again: [again.raw.status, again.raw.headers.get('idempotent-replayed')],
  read: [read.status, read.customer.lastName, read.items.map((each) => each.quantity)],
  confirmed: confirmed.raw.status,
  wrong: [wrong.status, wrong.code, wrong.errors?.[0]?.pointer],
  subscription: [life.subscriptionId, life.serial, life.state],
}));
