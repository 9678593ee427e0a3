package app.stockroom.operations;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The files under k8s, as far as they can be judged without a cluster. What needs kubectl
 * or promtool is skipped where they are missing, and fails in CI, which has both.
 */
class DeploymentTests {

	private static final Path MONITORING = Path.of("k8s/base/monitoring");

	/** The base is whole in itself but for the kinds that only overlays bring. */
	@Test
	void theBaseIsTakenByAStrictCluster() throws IOException {
		assertThat(Manifests.faults(base())).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "development", "production" })
	void everyOverlayIsTakenByAStrictCluster(String overlay) {
		need(isThere("kubectl") && Manifests.run(List.of("kubectl", "version", "--client")).contains(": v5."),
				"no kubectl with kustomize 5 is installed");
		String built = Manifests.build("k8s/overlays/" + overlay);
		assertThat(built).contains("kind: Deployment", "kind: Job", "kind: NetworkPolicy", "kind: PodDisruptionBudget",
				"kind: HorizontalPodAutoscaler");
		assertThat(Manifests.faults(built)).isEmpty();
	}

	/** Each line is a mistake that somebody could make, and what must be said of it. */
	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '\'',
			textBlock = """
					  minReadySeconds: 5            |  minReadySecond: 5               | minReadySecond
					  revisionHistoryLimit: 5       |  revisionHistoryLimit: many      | many
					  minReadySeconds: 5            |  minReadySeconds: true           | Boolean value
					startupProbe:                   | lifecycleProbe:                  | lifecycleProbe
					          readinessProbe:       |           startupProbe:          | has no readiness probe
					          livenessProbe:        |           readinessProbe:        | has no liveness probe
					imagePullPolicy: IfNotPresent   | imagePullPolicy: Always          | is pulled at each start
					              memory: 1536Mi     |               hugepages-2Mi: 1Gi | has no limit of memory
					              cpu: "2"          |               hugepages-2Mi: 1Gi | has no limit of cpu
					              cpu: 500m         |               hugepages-2Mi: 1Gi | requests no cpu
					        runAsNonRoot: true      |         runAsNonRoot: false      | may run as root
					        seccompProfile:         |         seLinuxOptions:          | has no seccomp profile
					readOnlyRootFilesystem: true    | readOnlyRootFilesystem: false    | writes to its root file system
					allowPrivilegeEscalation: false | allowPrivilegeEscalation: true   | may escalate privileges
					              drop: [ALL]       |               add: [NET_ADMIN]   | keeps capabilities
					serviceAccountName: stockroom\\n      automountServiceAccountToken: false | serviceAccountName: stockroom | gets a token of the cluster
					kind: PodDisruptionBudget       | kind: PodDisruptionBudge         | unknown kind
					  targetPort: http              | targetPort: https                | is no port of its pods
					    name: stockroom\\n  minReplicas | name: stokroom\\n  minReplicas | scales nothing
					""")
	void whatIsWrongIsSaid(String right, String wrong, String said) throws IOException {
		String base = base();
		String find = right.strip().replace("\\n", "\n");
		assertThat(base).contains(find);
		String broken = base.replaceFirst(Pattern.quote(find), wrong.strip().replace("\\n", "\n"));
		assertThat(Manifests.faults(broken)).anyMatch((fault) -> fault.contains(said));
	}

	@Test
	void aSelectorThatMissesItsPodsIsFound() throws IOException {
		String broken = base().replace("  selector:\n    matchLabels:\n      app.kubernetes.io/name: stockroom",
				"  selector:\n    matchLabels:\n      app.kubernetes.io/name: other");
		assertThat(Manifests.faults(broken)).anyMatch((fault) -> fault.contains("its selector does not match its pods"))
			.anyMatch((fault) -> fault.contains("PodDisruptionBudget stockroom its selector matches no pods"));
	}

	@Test
	void theOperatorsRulesAreThoseThatAreTested() throws IOException {
		Map<String, Object> rule = new Yaml().load(Files.readString(MONITORING.resolve("prometheus-rule.yaml")));
		Map<String, Object> plain = new Yaml().load(Files.readString(MONITORING.resolve("rules.yml")));
		assertThat(rule.get("spec")).isEqualTo(plain);
	}

	@Test
	void everyAlertHasATestThatItFiresAndOneThatItKeepsQuiet() throws IOException {
		String tests = Files.readString(MONITORING.resolve("rules.test.yml"));
		List<String> alerts = Pattern.compile("- alert: (\\w+)")
			.matcher(Files.readString(MONITORING.resolve("rules.yml")))
			.results()
			.map((match) -> match.group(1))
			.toList();
		assertThat(alerts).hasSizeGreaterThan(10).allSatisfy((alert) -> {
			assertThat(tests).contains("- name: " + alert + "\n").contains("- name: " + alert + " keeps quiet\n");
			assertThat(Files.readString(Path.of("docs/operations.md"))).contains(alert);
		});
	}

	@Test
	void theAlertsFireWhenTheyShould() {
		need(isThere("promtool"), "promtool is not installed");
		assertThat(Manifests.run(List.of("promtool", "test", "rules", MONITORING.resolve("rules.test.yml").toString())))
			.contains("SUCCESS");
	}

	/** Whether a metric exists at all is asked of a running service by .ci/smoke. */
	@Test
	void theDashboardAsksPrometheusInItsLanguage() throws IOException {
		List<String> queries = new ArrayList<>();
		for (JsonNode panel : new JsonMapper().readTree(Files.readString(MONITORING.resolve("dashboard.json")))
			.path("panels")) {
			panel.path("targets").forEach((target) -> queries.add(target.path("expr").asString()));
		}
		assertThat(queries).hasSizeGreaterThan(20)
			.allMatch((query) -> query.contains("stockroom") || query.contains("r2dbc"));
	}

	private static String base() throws IOException {
		StringBuilder base = new StringBuilder();
		for (String file : List.of("service-account", "deployment", "service", "migration", "autoscaler",
				"disruption-budget", "network-policies", "monitoring/service-monitor", "monitoring/prometheus-rule")) {
			base.append("---\n").append(Files.readString(Path.of("k8s/base", file + ".yaml")));
		}
		return base.toString();
	}

	private static void need(boolean there, String otherwise) {
		if (System.getenv("CI") != null) {
			assertThat(there).as(otherwise).isTrue();
		}
		assumeTrue(there, otherwise);
	}

	private static boolean isThere(String program) {
		for (String directory : System.getenv("PATH").split(":")) {
			if (Files.isExecutable(Path.of(directory, program))) {
				return true;
			}
		}
		return false;
	}

}
