import type { Message } from '../model';
import { useUi } from './context';
import { Icon } from './icons';

/** A place. Nothing is asked of anybody's map server until the person follows the link. */
export function LocationView({ message }: { message: Message }) {
  const ui = useUi();
  const at = message.coordinates;
  const place = message.location;
  const { lat, long } = at ?? { lat: 0, long: 0 };
  const known = at && Math.abs(lat) <= 90 && Math.abs(long) <= 180;
  return (
    <div class="location">
      <span class="map" aria-hidden="true">
        <Icon name="pin" />
      </span>
      <div class="item-text" dir="auto">
        <strong>{place?.name || ui.text('ui.location.label')}</strong>
        {place?.address && <span class="small">{place.address}</span>}
        {known && !place?.address && <bdi class="small">{`${lat.toFixed(5)}, ${long.toFixed(5)}`}</bdi>}
      </div>
      {known && (
        <div class="actions">
          <a
            class="action"
            href={`https://www.openstreetmap.org/?mlat=${lat}&mlon=${long}#map=16/${lat}/${long}`}
            target="_blank"
            rel="noopener noreferrer"
          >
            <span>{ui.text('ui.location.map')}</span>
            <Icon name="out" flip />
            <span class="sr">{ui.text('ui.action.newTab')}</span>
          </a>
        </div>
      )}
    </div>
  );
}
