package app.stockroom;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

import app.stockroom.tenancy.ForgetfulReads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The same with the predicate taken out of every query and every SQL function: the
 * policies alone keep tenants apart.
 */
@Import(ForgetfulReads.Configuration.class)
class RowLevelSecurityAloneTests extends TenantIsolationTests {

	@Autowired
	Environment environment;

	private List<String> functions;

	@BeforeEach
	void forgetPredicates() throws SQLException {
		try (Connection owner = Invariants.owner(this.environment)) {
			this.functions = ForgetfulReads.forget(owner);
		}
		assertThat(this.functions).hasSizeGreaterThan(5).anyMatch((function) -> function.contains(".post_entries_6("));
	}

	@AfterEach
	void rememberPredicates() throws SQLException {
		try (Connection owner = Invariants.owner(this.environment)) {
			ForgetfulReads.remember(owner, this.functions);
		}
	}

}
