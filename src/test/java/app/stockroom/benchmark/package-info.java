/**
 * The benchmark of docs/benchmarks.md: the service as a process of its own beside a
 * durable PostgreSQL and a Redis, loaded over HTTP and compared with what the database
 * itself can do, in one run.
 */
@org.jspecify.annotations.NullMarked
package app.stockroom.benchmark;
