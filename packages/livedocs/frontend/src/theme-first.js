/** Runs before anything is painted. */
import { applyTheme } from "./theme.js";

applyTheme();
