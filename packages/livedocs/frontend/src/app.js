import Alpine from "@alpinejs/csp";
import "htmx.org";
import { offerCopies } from "./copy.js";
import { keepHistory } from "./history.js";
import { listenToKeys } from "./keyboard.js";
import { takeLinks } from "./links.js";
import { themeButton } from "./page.js";
import { keepPane } from "./pane.js";
import { followBuild } from "./progress.js";
import { startReading } from "./reading.js";
import { rememberSearches } from "./recent.js";
import { searchBox } from "./search-box.js";
import { switchThemeWith } from "./theme.js";

keepHistory();
keepPane();
takeLinks();
offerCopies();
listenToKeys();
rememberSearches();
switchThemeWith(themeButton());
followBuild();
Alpine.data("searchBox", searchBox);
Alpine.start();
// Nothing that is put into the page later has a component: looking for one would cost each key press a walk over all hits.
Alpine.stopObservingMutations();
startReading();
