import type { ScreenRow } from '../database/rows';
import { toApiTime } from '../database/time';
import type { Json, JsonObject } from '../types';

const CATEGORY_ID = 3;

function common(screen: ScreenRow): JsonObject {
  return {
    title: screen.title,
    description: screen.description,
    type: 'FORM',
    computed: [],
    custom_css: null,
    status: 'ACTIVE',
    key: null,
    watchers: [],
    translations: null,
    is_template: 0,
    asset_type: null,
  };
}

/** A screen. */
export function screenJson(screen: ScreenRow): JsonObject {
  return {
    id: screen.id,
    uuid: screen.uuid,
    screen_category_id: String(CATEGORY_ID),
    ...common(screen),
    config: JSON.parse(screen.config) as Json,
    created_at: toApiTime(screen.created_at),
    updated_at: toApiTime(screen.updated_at),
    projects: '[]',
  };
}

/** The version of a screen that a task shows: without what only the screen builder needs. */
export function screenVersionJson(screen: ScreenRow): JsonObject {
  const config = JSON.parse(screen.config, (key, value: Json) =>
    key === 'inspector' ? undefined : value,
  ) as Json;
  return {
    id: screen.id,
    screen_id: screen.id,
    screen_category_id: CATEGORY_ID,
    draft: 0,
    ...common(screen),
    config,
    created_at: screen.created_at,
    updated_at: screen.updated_at,
  };
}
