package app.stockroom.inventory;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

import app.stockroom.Invariants;
import app.stockroom.StockroomTest;
import app.stockroom.TenantClient;
import app.stockroom.tenancy.Tenants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

@StockroomTest
class InvariantWatchTests {

	private static final Map<String, Long> NONE = Map.of("I1", 0L, "I2", 0L, "I3", 0L, "I12", 0L);

	@Autowired
	private InvariantWatch watch;

	@Autowired
	private WebTestClient client;

	@Autowired
	private Tenants tenants;

	@Autowired
	private Environment environment;

	private TenantClient shop;

	@BeforeEach
	void open() {
		this.shop = TenantClient.open(this.client, this.tenants);
		String product = this.shop.product("A-1");
		this.shop.move(product, "IN", 5).expect(201);
		this.shop
			.post("/api/reservations",
					"{\"lines\": [{\"productId\": \"%s\", \"quantity\": 2}], \"ttlSeconds\": 600}".formatted(product))
			.expect(201);
	}

	@Test
	void aHealthyTenantDeviatesNowhere() {
		assertThat(this.watch.look(this.shop.tenant()).block()).isEqualTo(NONE);
	}

	@Test
	void aRecordThatIsNotWhatItsLedgerSaysIsCounted() throws SQLException {
		broken("update inventory set quantity = quantity + 1", "update inventory set quantity = quantity - 1", "I2");
	}

	@Test
	void aLedgerThatEndsElsewhereIsCounted() throws SQLException {
		broken("update ledger_head set sequence = sequence + 1", "update ledger_head set sequence = sequence - 1",
				"I3");
	}

	@Test
	void moreHeldThanReservedIsCounted() throws SQLException {
		broken("update hold set quantity = quantity + 1", "update hold set quantity = quantity - 1", "I12");
	}

	private void broken(String breaking, String mending, String invariant) throws SQLException {
		String where = " where tenant_id = '%s'".formatted(this.shop.tenant());
		try (Connection connection = Invariants.owner(this.environment);
				Statement statement = connection.createStatement()) {
			assertThat(statement.executeUpdate(breaking + where)).isEqualTo(1);
			try {
				assertThat(this.watch.look(this.shop.tenant()).block()).containsEntry(invariant, 1L);
			}
			finally {
				statement.executeUpdate(mending + where);
			}
		}
	}

}
