package app.stockroom.ledger;

import java.sql.Connection;
import java.util.UUID;

import app.stockroom.Invariants;
import app.stockroom.StockroomTest;
import app.stockroom.platform.RepeatedTask;
import app.stockroom.tenancy.Tenants;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.core.env.Environment;

import static app.stockroom.ledger.Shop.keyed;
import static app.stockroom.ledger.Shop.out;
import static org.assertj.core.api.Assertions.assertThat;

@StockroomTest
class KeyExpiryTests {

	@Test
	void keysAreForgottenWhileTheServiceRuns(@Autowired @Qualifier("forgettingKeys") RepeatedTask task) {
		assertThat(task.isRunning()).isTrue();
	}

	@Test
	void aKeyIsForgottenAfterItsRetentionAndNotBefore(@Autowired Ledger ledger, @Autowired Tenants tenants,
			@Autowired KeyExpiry expiry, @Autowired Environment environment) throws Exception {
		Shop shop = Shop.open(ledger, tenants);
		UUID product = shop.product("A", 100);
		shop.accepted(keyed("old", 1, out(product, 1)));
		shop.accepted(keyed("young", 2, out(product, 1)));
		try (Connection owner = Invariants.owner(environment)) {
			owner.createStatement()
				.executeUpdate(
						"update idempotency_key set created_at = created_at - interval '7 days' where key = 'old'");
		}
		// None, where the service itself has come first.
		assertThat(expiry.expire().block()).isLessThanOrEqualTo(1);
		assertThat(shop.post(keyed("young", 2, out(product, 1))).replayed()).isTrue();
		assertThat(shop.post(keyed("old", 1, out(product, 1))).replayed()).isFalse();
	}

}
