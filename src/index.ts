/** The package: both ways in for a service. `expunge/client` alone is the light one. */
export * from './producers/client/client.ts';
export { createProducer, type Producer, type ProducerOptions } from './producers/producer.ts';
