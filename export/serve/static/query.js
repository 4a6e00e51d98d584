"use strict";

(() => {
  const settings = JSON.parse(document.getElementById("settings").textContent);

  /* Only what is in the page completes a query: prefixes and terms are elsewhere looked up on the web. */
  Yasgui.Yasqe.defaults.autocompleters = ["variables"];
  Yasgui.Yasqe.defaults.value = withPrefixes("SELECT ?thing ?name WHERE {\n  ?thing a pa:Model ; skos:prefLabel ?name .\n}\nLIMIT 10");

  const yasgui = new Yasgui(document.getElementById("yasgui"), {
    requestConfig: { endpoint: `${location.origin}/sparql`, method: "POST" },
    copyEndpointOnNewTab: false,
    endpointCatalogueOptions: { getData: () => [] },
    persistenceId: `paperatlas ${location.origin}`,
  });
  for (const [prefix, namespace] of Object.entries(settings.prefixes)) {
    Yasgui.Yasr.defaults.prefixes = { ...Yasgui.Yasr.defaults.prefixes, [prefix]: namespace };
  }

  /** Declares the prefixes that a query uses, so that it can be taken elsewhere. */
  function withPrefixes(query) {
    const used = Object.entries(settings.prefixes).filter(([prefix]) => new RegExp(`(^|[^\\w-])${prefix}:`).test(query));
    return used.map(([prefix, namespace]) => `PREFIX ${prefix}: <${namespace}>\n`).join("") + query;
  }

  const chooser = document.getElementById("questions");
  for (const question of settings.questions) {
    chooser.append(new Option(question.asks, question.name));
  }
  chooser.addEventListener("change", () => {
    const chosen = settings.questions.find((question) => question.name === chooser.value);
    document.getElementById("about").textContent = chosen ? chosen.about : "";
    if (chosen) {
      yasgui.getTab().setQuery(withPrefixes(chosen.query));
    }
  });
})();
