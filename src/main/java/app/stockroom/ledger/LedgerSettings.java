package app.stockroom.ledger;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the ledger's engine runs.
 *
 * @param writeConnections connections that carry flushes, and so how many tenants are
 * flushed at a time
 * @param turnTimeout how long a tenant waits for one of them while others have them all,
 * before what it wants to change is answered unavailable
 * @param queuedCommands commands of one tenant that may wait in this process; one more is
 * answered queue-full
 * @param linesPerCall lines of one database call
 * @param tenantsPerCall the most tenants whose plain movements share a database call; 1
 * where tenants lie on several nodes (Citus): a transaction should stay on one
 * @param callTimeout how long a call may take before its outcome counts as unknown
 * @param resolutionTimeout how long a keyed command is sent again until its outcome is
 * known
 * @param keyRetention how long an idempotency key is remembered
 */
@ConfigurationProperties("stockroom.ledger")
record LedgerSettings(@DefaultValue("8") int writeConnections, @DefaultValue("4s") Duration turnTimeout,
		@DefaultValue("4096") int queuedCommands, @DefaultValue("1000") int linesPerCall,
		@DefaultValue("16") int tenantsPerCall, @DefaultValue("10s") Duration callTimeout,
		@DefaultValue("20s") Duration resolutionTimeout, @DefaultValue("7d") Duration keyRetention) {
}
