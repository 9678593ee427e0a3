package app.stockroom.tenancy;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Pools and waits of reads and tenants.
 *
 * @param readConnections connections for short reads
 * @param streamConnections connections for exports, which is how many can run at once
 * @param streamsPerTenant how many exports of one tenant can run at once
 * @param administrationConnections connections for changes of tenants
 * @param readTimeout longest time of a short read, with the network
 * @param streamTimeout longest time of an export
 * @param tenantCacheTime how long a process may go on for a tenant that was deleted
 * elsewhere
 */
@ConfigurationProperties("stockroom.tenancy")
record TenancySettings(@DefaultValue("16") int readConnections, @DefaultValue("8") int streamConnections,
		@DefaultValue("4") int streamsPerTenant, @DefaultValue("2") int administrationConnections,
		@DefaultValue("12s") Duration readTimeout, @DefaultValue("30m") Duration streamTimeout,
		@DefaultValue("5s") Duration tenantCacheTime) {
}
