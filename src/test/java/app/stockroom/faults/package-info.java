/**
 * The fault harness: several processes of the service with a PostgreSQL and a Redis of
 * their own, clients and subscribers who write down all they are told, faults on a seeded
 * schedule, and a checker that holds what was told against the ledger. See
 * docs/guarantees.md.
 */
package app.stockroom.faults;
